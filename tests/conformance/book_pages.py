"""Opens every page of a built book in a browser, with scripts and without, and says what a reader would miss.

    python book_pages.py BOOK [SCREENSHOTS]

BOOK is the folder with `index.html`. With scripts each page is opened at two widths and in a light and a dark theme,
without them at two widths. A fault is: an error on the console, a request that leaves the page's folder, a figure or
another picture that is not drawn, a page without text, a page wider than the window. With SCREENSHOTS, a folder, each
page that has a figure is photographed in the wide window, without scripts and in both themes. Needs the package
`playwright`, and Chromium or Chrome on the machine.

All ways are gone at once, each in a window of its own; a page is waited for by what it does, not by the clock.
"""

import asyncio
import shutil
import sys
import time
from pathlib import Path

from playwright.async_api import async_playwright

WIDTHS = (390, 1280)
THEMES = ("light", "navy")
# Pages that are no chapters: the table of contents is a frame, the page for printing has all chapters once more.
NOT_CHAPTERS = ("404.html", "print.html", "toc.html")

# What of a page is not as it should be, in words, and how many figures it has. Pictures in a part that is folded are not
# looked at.
LOOK = """
async () => {
    await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
    const faults = [];
    const seen = [...document.images].filter((image) => image.checkVisibility());
    for (const image of seen) {
        const place = image.getBoundingClientRect();
        if (!image.complete || image.naturalWidth === 0 || place.width < 20 || place.height < 20)
            faults.push(`picture ${image.getAttribute("src")} is not drawn`);
    }
    const figures = document.querySelectorAll("figure.kovacs-figure");
    for (const figure of figures)
        if (figure.checkVisibility() && !seen.some((image) => figure.contains(image)))
            faults.push("a figure has no picture");
    const text = document.querySelector("main")?.innerText ?? "";
    if (text.trim().length < 20) faults.push("there is no text");
    const width = document.documentElement.scrollWidth;
    if (width > window.innerWidth + 1) faults.push(`it is ${width} pixels wide`);
    return [faults, figures.length];
}
"""


async def browser(playwright):
    """The browser of the machine: nothing is downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    sys.exit("there is no Chromium and no Chrome; install one")


class Way:
    """One way to look at the book, a width and a theme or no scripts, in a window of its own."""

    def __init__(self, book, width, theme, photographs):
        self.book, self.width, self.theme = book, width, theme
        self.words = f"{width} px, {theme or 'no scripts'}"
        self.photographs = photographs if width == max(WIDTHS) else None
        self.faults, self.current = [], ""

    def report(self, words):
        self.faults.append(f"{self.current} ({self.words}): {words}")

    async def open(self, opened):
        scripts = self.theme is not None
        size = {"width": self.width, "height": 900}
        context = await opened.new_context(viewport=size, java_script_enabled=scripts)
        if scripts:
            await context.add_init_script(f"localStorage.setItem('mdbook-theme', '\"{self.theme}\"')")
        self.page = await context.new_page()
        inside = (self.book.as_uri(), "data:", "blob:")

        def request(request):
            if not request.url.startswith(inside):
                self.report(f"asks for {request.url}")

        def failed(request):
            # The icon of a page that was left before it came is no fault.
            if request.failure != "net::ERR_ABORTED":
                self.report(f"{request.url} cannot be loaded")

        self.page.on("console", lambda message: self.report(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.report(str(error)))
        self.page.on("request", request)
        self.page.on("requestfailed", failed)

    async def look(self, opened, names):
        """Looks at the pages; gives the number of figures seen."""
        await self.open(opened)
        total = 0
        for self.current in names:
            await self.page.goto((self.book / self.current).as_uri())
            found, figures = await self.page.evaluate(LOOK)
            for words in found:
                self.report(words)
            total += figures
            if self.photographs and figures:
                file = f"{self.current.removesuffix('.html').replace('/', '_')}-{self.theme or 'no-scripts'}.png"
                await self.page.screenshot(path=self.photographs / file, full_page=True)
        await self.page.context.close()
        return total


async def look_at_all(book, names, photographs):
    """Faults, figures and ways."""
    ways = [Way(book, width, theme, photographs) for width in WIDTHS for theme in (*THEMES, None)]
    async with async_playwright() as playwright:
        opened = await browser(playwright)
        figures = await asyncio.gather(*(way.look(opened, names) for way in ways))
        await opened.close()
    return sorted(fault for way in ways for fault in way.faults), max(figures), len(ways)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    begun = time.monotonic()
    book = Path(sys.argv[1]).resolve()
    names = sorted(str(path.relative_to(book)) for path in book.rglob("*.html") if path.name not in NOT_CHAPTERS)
    if "index.html" not in names:
        sys.exit(f"{book} holds no book: there is no index.html")
    photographs = Path(sys.argv[2]) if len(sys.argv) == 3 else None
    if photographs:
        photographs.mkdir(parents=True, exist_ok=True)
    faults, figures, ways = asyncio.run(look_at_all(book, names, photographs))
    for fault in faults:
        print(fault)
    seconds = time.monotonic() - begun
    print(f"{len(names)} pages, {figures} figures, in {ways} ways: {len(faults)} faults, {seconds:.0f} s")
    sys.exit(1 if faults or not figures else 0)


if __name__ == "__main__":
    main()
