from saddlepoint.data.collecting.gallery import links


def test_a_page_leads_to_what_it_shows_and_links_to():
    html = """<base href="https://pictures.example/a/"><meta property="og:image" content="cover.jpg">
    <a rel="license" href="https://licences.example/by"><img data-src="lazy.png" src="blank.gif"></a>
    <a href="full.JPG?x=1#top">one</a><a href="page2.html">two</a><a href="mailto:me@example.org">me</a>
    <picture><source srcset="s.webp 1x, l.webp 2x"><img src="s.jpg"></picture><img src="lazy.png">"""
    found = links(html, "https://elsewhere.example/")
    assert found.images == tuple(
        f"https://pictures.example/a/{name}"
        for name in ("cover.jpg", "lazy.png", "full.JPG?x=1", "l.webp", "s.jpg")
    )
    assert found.pages == ("https://pictures.example/a/page2.html",)
    assert found.licence == "https://licences.example/by"


def test_broken_pages_are_read_as_far_as_they_go():
    assert links("<img src='a.png'><div <<< <a href=", "http://x.example/").images == (
        "http://x.example/a.png",
    )


def test_addresses_that_are_none_are_left_out_and_the_others_kept():
    html = "<base href='http://[x'><img src='http://[::1'><a href='//[a'>x</a><img src='b c/ä.png'>"
    assert links(html, "http://x.example/").images == ("http://x.example/b c/ä.png",)
