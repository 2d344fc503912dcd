"""Opens every page of a built book in a browser, with scripts and without, and says what a reader would miss.

    python book_pages.py BOOK [SCREENSHOTS]

BOOK is the folder with `index.html`. With scripts each page is opened at two widths and in a light and a dark theme,
without them at two widths. A fault is: an error on the console, a request that leaves the page's folder, a figure or
another picture that is not drawn, a page without text, a page wider than the window. With SCREENSHOTS, a folder, each
page that has a figure is photographed in the wide window, without scripts and in both themes. Needs the package
`playwright`, and Chromium or Chrome on the machine.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTHS = (390, 1280)
THEMES = ("light", "navy")
# Pages that are no chapters: the table of contents is a frame, the page for printing has all chapters once more.
NOT_CHAPTERS = ("404.html", "print.html", "toc.html")

# What of a page is not as it should be, in words. Pictures in a part that is folded are not looked at.
FAULTS = """
() => {
    const faults = [];
    const seen = [...document.images].filter((image) => image.checkVisibility());
    for (const image of seen) {
        const place = image.getBoundingClientRect();
        if (!image.complete || image.naturalWidth === 0 || place.width < 20 || place.height < 20)
            faults.push(`picture ${image.getAttribute("src")} is not drawn`);
    }
    for (const figure of document.querySelectorAll("figure.kovacs-figure"))
        if (figure.checkVisibility() && !seen.some((image) => figure.contains(image)))
            faults.push("a figure has no picture");
    const text = document.querySelector("main")?.innerText ?? "";
    if (text.trim().length < 20) faults.push("there is no text");
    const width = document.documentElement.scrollWidth;
    if (width > window.innerWidth + 1) faults.push(`it is ${width} pixels wide`);
    return faults;
}
"""
WAIT_FOR_PICTURES = "() => Promise.all([...document.images].map((image) => image.decode().catch(() => null)))"


def browser(playwright):
    """The browser of the machine: nothing is downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    sys.exit("there is no Chromium and no Chrome; install one")


def look(opened, book, names, width, theme, photographs):
    """Opens all pages in one way; theme `None` is without scripts. Faults, and the number of pictures seen."""
    way = f"{width} px, {theme or 'no scripts'}"
    faults, pictures, current = [], 0, ""
    context = opened.new_context(viewport={"width": width, "height": 900}, java_script_enabled=theme is not None)
    if theme:
        context.add_init_script(f"localStorage.setItem('mdbook-theme', '\"{theme}\"')")
    page = context.new_page()
    inside = (book.as_uri(), "data:", "blob:")

    def report(words):
        faults.append(f"{current} ({way}): {words}")

    page.on("console", lambda message: report(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: report(str(error)))
    page.on("request", lambda request: None if request.url.startswith(inside) else report(f"asks for {request.url}"))
    page.on("requestfailed", lambda request: report(f"{request.url} cannot be loaded"))
    for current in names:
        page.goto((book / current).as_uri())
        page.evaluate(WAIT_FOR_PICTURES)
        for words in page.evaluate(FAULTS):
            report(words)
        found = page.locator("figure.kovacs-figure").count()
        pictures += found
        if photographs and found and width == max(WIDTHS):
            file = f"{current.removesuffix('.html').replace('/', '_')}-{theme or 'no-scripts'}.png"
            page.screenshot(path=photographs / file, full_page=True)
    context.close()
    return faults, pictures


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    book = Path(sys.argv[1]).resolve()
    names = sorted(str(path.relative_to(book)) for path in book.rglob("*.html") if path.name not in NOT_CHAPTERS)
    if "index.html" not in names:
        sys.exit(f"{book} holds no book: there is no index.html")
    photographs = Path(sys.argv[2]) if len(sys.argv) == 3 else None
    if photographs:
        photographs.mkdir(parents=True, exist_ok=True)
    faults, pictures = [], 0
    with sync_playwright() as playwright:
        opened = browser(playwright)
        for width in WIDTHS:
            for theme in (*THEMES, None):
                more, pictures = look(opened, book, names, width, theme, photographs)
                faults += more
        opened.close()
    for fault in faults:
        print(fault)
    ways = len(WIDTHS) * (len(THEMES) + 1)
    print(f"{len(names)} pages, {pictures} figures, in {ways} ways: {len(faults)} faults")
    sys.exit(1 if faults or not pictures else 0)


if __name__ == "__main__":
    main()
