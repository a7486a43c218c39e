"""Dead letters as operators meet them: found, judged, put back or settled, exactly once (docs/dead-letters.md)."""
