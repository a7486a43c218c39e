"""RocksDB as it is used here: small stores of one owner, filled again from Kafka when they are lost."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from rocksdict import BlockBasedOptions, Cache, DBCompressionType, Options

BLOOM_BITS: Final = 10  # a row: one that is not there costs a microsecond, and a read in vain in 1 of 100 cases


def options(
    cache: Cache,
    compression: DBCompressionType,
    *,
    write_buffer_bytes: int,
    write_buffers: int,
    log_buffers: int,
    files_max: int,
) -> Options:
    """Return the options of a store, or of a column family of it.

    `cache` holds blocks. `write_buffers` of `write_buffer_bytes` hold what is not in files yet, and the log on disk
    takes at most `log_buffers` times as much as one of them; `files_max` are open at once.
    """
    # Filters and indices stay outside the cache: a filter is larger than a shard of it, and would be read for each key.
    blocks = BlockBasedOptions()
    blocks.set_bloom_filter(BLOOM_BITS, block_based=False)
    blocks.set_block_cache(cache)
    made = Options(raw_mode=True)
    made.create_if_missing(True)
    made.set_block_based_table_factory(blocks)
    made.set_write_buffer_size(write_buffer_bytes)
    made.set_max_write_buffer_number(write_buffers)
    made.set_max_total_wal_size(log_buffers * write_buffer_bytes)
    made.set_compression_type(compression)
    made.set_max_background_jobs(2)
    made.set_max_open_files(files_max)
    made.set_keep_log_file_num(2)
    made.set_max_log_file_size(1 << 20)
    made.set_stats_dump_period_sec(0)
    return made


def size_bytes(folder: Path) -> int:
    """Return what the files of a store take; 0 where they cannot be looked at."""
    with suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir())
    return 0
