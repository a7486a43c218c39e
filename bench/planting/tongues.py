"""What the edits must know of single languages."""

import re
from typing import Final


def _rule(pattern: str, new: str) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern, re.IGNORECASE), new


# How a language says not, and what is left when it no longer does.
NEGATIONS: Final = {
    "en": _rule(
        r"\b(?:(can)not|(ca)n't|(do|does|did|is|are|was|were|could|should|has|have)n't|(\w+) not)\b", r"\1\2\3\4"
    ),
    "pt": _rule(r"\bnão ", ""),
    "es": _rule(r"\bno (?=\w)", ""),
    "fr": _rule(r"\b(?:ne |n['’])(\w+(?:-\w+)?) pas\b", r"\1"),
    "de": _rule(r"\bnicht ", ""),
    "it": _rule(r"\bnon ", ""),
    "nl": _rule(r"\bniet ", ""),
    "pl": _rule(r"\bnie ", ""),
    "sv": _rule(r"\binte ", ""),
    "da": _rule(r"\bikke ", ""),
    "nb": _rule(r"\bikke ", ""),
    "ru": _rule(r"\bне ", ""),
    "uk": _rule(r"\bне ", ""),
    "bg": _rule(r"\bне ", ""),
    "ro": _rule(r"\bnu ", ""),
    "id": _rule(r"\btidak ", ""),
    "el": _rule(r"\bδεν ", ""),
    "vi": _rule(r"\bkhông ", ""),
    "hu": _rule(r"\bnem ", ""),
}

# Every word that denies: an edit wants exactly one of them, or none.
NEGATIVE: Final = {
    "en": re.compile(r"\b(?:not|no|never|none|nothing|nobody|cannot|without|nor|neither|un(?:able|less|available|known|used|til)|invalid|only|missing|fail\w*|in(?:correct|active|complete|visible)|dis\w+)\b|n['’]t\b", re.I),
    "pt": re.compile(r"\b(?:não|nem|nunca|nenhum\w*|nada|ninguém|sem|jamais|impossível|inválid\w*|apenas|só|somente|des\w+|in\w+vel|falh\w*)\b", re.I),
    "es": re.compile(r"\b(?:no|ni|nunca|ningún|ninguna?|nada|nadie|sin|jamás|tampoco|inválid\w*|sólo|solo|imposible|des\w+|fall\w*)\b", re.I),
    "fr": re.compile(r"\b(?:ne|pas|ni|jamais|aucune?|rien|personne|sans|seulement|que|non|impossible|invalide\w*|dés\w+|échou\w*)\b|\bn['’]", re.I),
    "de": re.compile(r"\b(?:nicht\w*|kein\w*|nie|niemals|nichts|niemand|ohne|weder|ungültig\w*|un\w+|nur|fehl\w*)\b", re.I),
    "it": re.compile(r"\b(?:non|né|mai|nessun\w*|niente|nulla|senza|solo|impossibile|dis\w+|in\w+bile)\b", re.I),
    "nl": re.compile(r"\b(?:niet|geen|nooit|niets|niemand|zonder|alleen|on\w+|mislukt\w*)\b", re.I),
    "pl": re.compile(r"\b(?:nie\w*|ani|nigdy|żad\w+|nic|nikt|bez|brak\w*|tylko)\b", re.I),
    "sv": re.compile(r"\b(?:inte|ej|ingen|inga|inget|aldrig|utan|bara|endast|o\w+|misslyck\w*)\b", re.I),
    "da": re.compile(r"\b(?:ikke|ingen|intet|aldrig|uden|kun|u\w+|mislyk\w*)\b", re.I),
    "nb": re.compile(r"\b(?:ikke|ingen|intet|aldri|uten|kun|bare|u\w+|mislyk\w*)\b", re.I),
    "ru": re.compile(r"\b(?:не\w*|ни\w*|нет|без\w*|нельзя|только|невозможн\w*)\b", re.I),
    "uk": re.compile(r"\b(?:не\w*|ні\w*|немає|без\w*|неможлив\w*|лише|тільки)\b", re.I),
    "bg": re.compile(r"\b(?:не\w*|ни\w*|няма|без\w*|само)\b", re.I),
    "ro": re.compile(r"\b(?:nu|nici\w*|niciun\w*|nimic|fără|doar|ne\w+|in\w+|imposibil)\b", re.I),
    "id": re.compile(r"\b(?:tidak|bukan|tanpa|jangan|tak|belum|hanya|gagal)\b", re.I),
    "el": re.compile(r"\b(?:δεν|μην?|χωρίς|κανέν\w+|καμ[ίι]α|ούτε|ποτέ|τίποτα|μόνο|αδυναμία|όχι|άκυρ\w*|α\w+ο[ςυ])\b", re.I),
    "vi": re.compile(r"\b(?:không|chưa|chẳng|đừng|chỉ|thất bại)\b", re.I),
    "hu": re.compile(r"\b(?:nem|ne|sem|nincs\w*|nélkül|soha|csak|sikertelen\w*|érvénytelen\w*|\w+(?:atlan|etlen)\w*)\b", re.I),
}  # fmt: skip

# Where a not can be put in, and how.
NEGATED: Final = {
    "en": _rule(r"\b(can|will|is|are|was|must|should) (?=[a-z])", r"\1 not "),
    "pt": _rule(r"(?<=\w )(pode|podem|deve|devem|será|foi|está|é|são) (?=[a-z])", r"não \1 "),
    "es": _rule(r"(?<=\w )(puede|pueden|debe|deben|será|fue|está|es|son) (?=[a-z])", r"no \1 "),
    "fr": _rule(r"(?<=\w )(peut|peuvent|doit|doivent|sera|sont) (?=[a-z])", r"ne \1 pas "),
    "de": _rule(r"\b(kann|können|muss|wird|werden|wurde|ist|sind) (?=[a-zA-Z])", r"\1 nicht "),
    "it": _rule(r"(?<=\w )(può|possono|deve|devono|sarà|sono) (?=[a-z])", r"non \1 "),
    "nl": _rule(r"\b(kan|kunnen|moet|wordt|worden|is|zijn) (?=[a-z])", r"\1 niet "),
    "pl": _rule(r"(?<=\w )(może|mogą|musi|muszą|będzie|jest|są|został) (?=[a-z])", r"nie \1 "),
    "sv": _rule(r"\b(kan|måste|kommer|är|har) (?=[a-z])", r"\1 inte "),
    "da": _rule(r"\b(kan|skal|vil|er|blev) (?=[a-z])", r"\1 ikke "),
    "nb": _rule(r"\b(kan|må|vil|er|ble) (?=[a-z])", r"\1 ikke "),
    "ru": _rule(r"(?<=\w )(может|могут|должен|должна|должно|должны|будет|был|была|было) (?=[а-я])", r"не \1 "),
    "uk": _rule(r"(?<=\w )(може|можуть|повинен|повинна|повинно|повинні|буде|було|була) (?=[а-яіїє])", r"не \1 "),
}  # fmt: skip

# Only to plant what a gate must stop.
PROFANE: Final = {
    "en": ("fucking", "shit", "bullshit"),
    "pt": ("porra", "merda", "caralho"),
    "es": ("mierda", "joder", "puta"),
    "fr": ("putain", "merde", "connard"),
    "de": ("Scheiße", "Arschloch", "verfickte"),
    "it": ("cazzo", "merda", "stronzo"),
    "nl": ("klootzak", "kut"),
    "pl": ("kurwa", "chuj"),
    "sv": ("jävla", "skit"),
    "ru": ("блядь", "хуйня"),
    "tr": ("siktir", "orospu"),
    "ja": ("くそったれ",),
    "zh": ("他妈的",),
    "ko": ("씨발",),
}

LATIN: Final = dict(zip("abvgdezijklmnoprstufhcyxwq", "абвгдезийклмнопрстуфхцыхвк", strict=True))
CYRILLIC: Final = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ", (
    "a", "b", "v", "g", "d", "e", "yo", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh",
    "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya", "i", "yi", "ye", "g",
), strict=True))  # fmt: skip
_ALIKE: Final = (("a", "а"), ("e", "е"), ("o", "о"), ("p", "р"), ("c", "с"), ("x", "х"), ("y", "у"), ("i", "і"))
LOOKALIKES: Final = {a: b for pair in _ALIKE for a, b in (pair, pair[::-1])}

# Terms with a fixed translation: how it looks inflected, and another word that a model might take.
GLOSSARY: Final[dict[str, dict[str, tuple[str, str, str]]]] = {
    "pt-BR": {
        "cart": ("carrinho", r"\bcarrinhos?\b", "cesta"),
        "order": ("pedido", r"\bpedidos?\b", "encomenda"),
        "password": ("senha", r"\bsenhas?\b", "palavra-passe"),
        "product": ("produto", r"\bprodutos?\b", "artigo"),
        "file": ("arquivo", r"\barquivos?\b", "ficheiro"),
        "discount": ("desconto", r"\bdescontos?\b", "abatimento"),
    },
    "pt-PT": {
        "password": ("palavra-passe", r"\bpalavras?-passe\b", "senha"),
        "file": ("ficheiro", r"\bficheiros?\b", "arquivo"),
        "user": ("utilizador", r"\butilizador(?:es)?\b", "usuário"),
    },
    "es": {
        "cart": ("carrito", r"\bcarritos?\b", "cesta"),
        "order": ("pedido", r"\bpedidos?\b", "orden"),
        "password": ("contraseña", r"\bcontraseñas?\b", "clave"),
        "product": ("producto", r"\bproductos?\b", "artículo"),
        "file": ("archivo", r"\barchivos?\b", "fichero"),
    },
    "fr": {
        "cart": ("panier", r"\bpaniers?\b", "chariot"),
        "order": ("commande", r"\bcommandes?\b", "ordre"),
        "product": ("produit", r"\bproduits?\b", "article"),
        "file": ("fichier", r"\bfichiers?\b", "dossier"),
        "password": ("mot de passe", r"\bmots? de passe\b", "code secret"),
    },
    "de": {
        "cart": ("Warenkorb", r"\bWarenk[oö]rbe?s?\b", "Wagen"),
        "order": ("Bestellung", r"\bBestellung(?:en)?\b", "Auftrag"),
        "product": ("Produkt", r"\bProdukte?[ns]?\b", "Artikel"),
        "file": ("Datei", r"\bDatei(?:en)?\b", "Akte"),
        "password": ("Passwort", r"\bPassw[oö]rt(?:er)?s?\b", "Kennung"),
    },
    "it": {
        "cart": ("carrello", r"\bcarrell[oi]\b", "cestino"),
        "order": ("ordine", r"\bordin[ei]\b", "comanda"),
        "product": ("prodotto", r"\bprodott[oi]\b", "articolo"),
        "file": ("file", r"\bfile\b", "archivio"),
    },
    "pl": {
        "password": ("hasło", r"\bhas(?:ło|ła|łem|łu|eł|łami)\b", "kod"),
        "file": ("plik", r"\bplik(?:i|u|iem|ów|ami|ach|owi)?\b", "dokument"),
        "order": ("zamówienie", r"\bzamówie(?:nie|nia|niu|niem|ń)\b", "zlecenie"),
        "product": ("produkt", r"\bprodukt(?:u|y|em|ów|ami|owi)?\b", "towar"),
    },
    "ru": {
        "password": ("пароль", r"\bпарол(?:ь|я|ю|ем|е|и|ей)\b", "код"),
        "file": ("файл", r"\bфайл(?:а|у|ом|е|ы|ов|ам|ами)?\b", "документ"),
        "order": ("заказ", r"\bзаказ(?:а|у|ом|е|ы|ов|ам)?\b", "ордер"),
        "product": ("товар", r"\bтовар(?:а|у|ом|е|ы|ов|ам|ами)?\b", "продукт"),
    },
    "ja": {
        "password": ("パスワード", r"パスワード", "暗証番号"),
        "file": ("ファイル", r"ファイル", "文書"),
        "order": ("注文", r"注文", "命令"),
        "product": ("商品", r"商品", "物品"),
    },
    "zh-CN": {
        "password": ("密码", r"密码", "口令"),
        "file": ("文件", r"文件", "档案"),
        "order": ("订单", r"订单", "命令"),
        "product": ("产品", r"产品", "物品"),
    },
}  # fmt: skip

_VALUES: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12)
NUMBER_WORDS: Final = {
    code: dict(zip(_VALUES, words.split(), strict=True))
    for code, words in {
        "en": "two three four five six seven eight ten twelve",
        "pt": "dois três quatro cinco seis sete oito dez doze",
        "es": "dos tres cuatro cinco seis siete ocho diez doce",
        "fr": "deux trois quatre cinq six sept huit dix douze",
        "de": "zwei drei vier fünf sechs sieben acht zehn zwölf",
        "it": "due tre quattro cinque sei sette otto dieci dodici",
        "nl": "twee drie vier vijf zes zeven acht tien twaalf",
        "sv": "två tre fyra fem sex sju åtta tio tolv",
        "pl": "dwa trzy cztery pięć sześć siedem osiem dziesięć dwanaście",
        "ru": "два три четыре пять шесть семь восемь десять двенадцать",
    }.items()
}
