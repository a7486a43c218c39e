import pytest

from localization.text.markup import (
    Block,
    attribute_texts,
    labels_apart,
    parse,
    render,
    same_tags,
    sanitize,
    with_attribute_texts,
)


def rendered(html):
    return "".join(part if isinstance(part, str) else render(part, part.text) for part in parse(html))


@pytest.mark.parametrize(
    "html",
    [
        '<p>Great <b>case</b> for <a href="https://x.y/?a=1&amp;b=2">you &amp; me</a>&nbsp;é 1 &lt; 2<br>next</p>',
        "<ul><li>One</li><li><b>Size:</b> 10 cm</li></ul>",
        "<pre>do not\n translate</pre><p>x <code>rm -rf</code> y</p>",
        "<b><p>block in inline</p></b> tail",
        '<p><img src="x" alt="y">text</p>',
        "plain",
        "",
        "<p>" + "<b>x</b>" * 4000 + "</p>",
    ],
)
def test_what_is_parsed_renders_to_the_same_html(html):
    safe = sanitize(html).html
    assert rendered(safe) == safe


def test_what_says_the_same_after_parsing_is_not_called_cleaned():
    assert not sanitize("<p>caf&eacute;<br/>next<li>open").removed
    assert not sanitize("no tags & more").removed


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p onclick=x>Hi</p>", "<p>Hi</p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("<p><!-- note -->Hi</p>", "<p>Hi</p>"),
        ('<a href="javascript:x()">Hi</a>', "<a>Hi</a>"),
        ("<iframe src=x></iframe>Hi", "Hi"),
    ],
)
def test_the_allow_list_takes_out_and_says_so(html, safe):
    assert (sanitize(html).html, sanitize(html).removed) == (safe, True)


def test_inline_tags_travel_inside_their_block():
    opening, block, closing = parse("<p>A <b>big</b> box</p>")
    assert (opening, closing) == ("<p>", "</p>")
    assert isinstance(block, Block)
    assert block.text == "A \ue000big\uec00 box"
    assert render(block, "Uma caixa \ue000grande\uec00 & só") == "Uma caixa <b>grande</b> &amp; só"


def test_a_label_is_cut_from_what_it_labels():
    assert labels_apart("\ue000Size:\uec00 10 cm") == ["\ue000Size:\uec00", " 10 cm"]


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("\ue000grande\uec00 caixa \ue001azul\uec01", True),
        ("\ue001azul\uec01 caixa \ue000grande\uec00", True),
        ("\ue000grande caixa \ue001azul\uec01", False),
        ("\ue000grande\uec00\uec00 caixa \ue001azul\uec01", False),
        ("\uec00grande\ue000 caixa \ue001azul\uec01", False),
        ("\ue000grande \ue001caixa\uec00 azul\uec01", False),
        ("grande \ue000 \uec00 caixa \ue001azul\uec01", False),
    ],
)
def test_tags_must_come_back_once_nested_and_full(shown, same):
    assert same_tags("\ue000big\uec00 box \ue001blue\uec01", shown) is same


def test_what_readers_see_of_a_tag_is_found_and_replaced():
    html = '<p title="A &quot;big&quot; box">x</p><img src="a.jpg" alt=\'Red shoe\' width="1"><img alt="Red shoe"><a href="?title=x">y</a>'
    assert attribute_texts(html) == ('A "big" box', "Red shoe")
    shown = with_attribute_texts(html, {'A "big" box': "Uma <caixa>", "Red shoe": 'Sapato "vermelho"'})
    assert shown == (
        '<p title="Uma &lt;caixa&gt;">x</p><img src="a.jpg" alt="Sapato &quot;vermelho&quot;" width="1">'
        '<img alt="Sapato &quot;vermelho&quot;"><a href="?title=x">y</a>'
    )
    assert with_attribute_texts(html, {}) == html


def test_text_that_only_looks_like_an_attribute_is_text():
    assert attribute_texts('write title="x" here') == ()
    assert attribute_texts('<p>write title="x" here</p>') == ()


@pytest.mark.parametrize(
    ("markup", "runs"),
    [
        (
            "<span>Please note: </span><span>colours vary.</span>",
            ["<span>Please note: </span>", "<span>colours vary.</span>"],
        ),
        ("First line\n  goes on,\nand ends.\nNext one\nLast", ["First line goes on, and ends.\nNext one\nLast"]),
        ("Ends.\nnext", ["Ends.\nnext"]),
        ("<span>T</span>his is <b>un</b>real", ["<span>This</span> is <b>unreal</b>"]),
        ("un<b>real</b> H<sub>2</sub>O 这是<b>重要</b>的", ["<b>unreal</b> H<sub>2</sub>O 这是<b>重要</b>的"]),
        ("<b>Wi</b><i>Fi</i> x<wbr>y", ["<b>Wi</b><i>Fi</i> x<wbr>y"]),
    ],
)
def test_what_a_block_is_cut_and_joined_into(markup, runs):
    (block,) = parse(markup)
    assert [render(block, run) for run in labels_apart(block.text)] == runs
