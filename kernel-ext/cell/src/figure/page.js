// Replaces the static picture of a figure by the interactive one where plotly.js can be had without leaving the page's
// own server; the picture stays where it cannot. Runs once for every figure of a page; the first makes what all share.
(function (figure, kernel) {
  const script = document.currentScript;
  const K = (window.kovacsFigures = window.kovacsFigures || {});
  if (!K.show) {
    const ready = () => window.Plotly && window.Plotly.newPlot;
    // JupyterLab, Notebook and nbconvert say on the body which theme it is; elsewhere the page is taken as light.
    const isDark = () => document.body.dataset.jpThemeLight === "false" || document.body.classList.contains("vscode-dark");
    // The base address of a Jupyter server that serves this page, if one does.
    const base = () => {
      const config = document.getElementById("jupyter-config-data");
      const path = config ? JSON.parse(config.textContent).baseUrl : document.body.dataset.baseUrl;
      const url = path && new URL(path, location.href);
      return url && url.origin === location.origin && /^http/.test(url.protocol) ? url.href.replace(/\/*$/, "/") : null;
    };
    const fetchFrom = (url) => new Promise((resolve) => {
      const element = document.createElement("script");
      element.onload = element.onerror = resolve;
      element.charset = "utf-8";
      element.src = url;
      document.head.append(element);
    });
    const load = async (kernel) => {
      const server = base();
      const place = (name) => server + "kernelspecs/" + encodeURIComponent(name) + "/plotly.min.js";
      if (server && !ready()) await fetchFrom(place(kernel));
      if (server && !ready()) {
        // The notebook was run under another name: any kernel of ours has the script.
        const answer = await fetch(server + "api/kernelspecs").then((reply) => reply.json()).catch(() => ({}));
        for (const [name, found] of Object.entries(answer.kernelspecs || {}))
          if (!ready() && name !== kernel && /kovacs/i.test(JSON.stringify(found.spec.argv))) await fetchFrom(place(name));
      }
      while (!ready()) await new Promise((resolve) => addEventListener("kovacs-plotly", resolve, { once: true }));
    };
    const linear = (byte) => Math.pow(byte / 255, 2.2), byte = (value) => Math.round(255 * Math.pow(Math.min(1, value), 1 / 2.2));
    const luminance = (parts) => 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    // A colour made for white, as it is seen best on a dark page: greys change sides, colours that are too dark grow
    // lighter in the same order; all have a contrast of 5 at least.
    const darkened = (red, green, blue) => {
      if (Math.max(red, green, blue) - Math.min(red, green, blue) < 13)
        return Array(3).fill(Math.round(17 + (255 - (red + green + blue) / 3) * 0.92));
      const parts = [red, green, blue].map(linear), light = luminance(parts), wanted = 0.24 + light * 0.4;
      if (light > wanted) return [red, green, blue];
      const scaled = parts.map((part) => Math.min(1, (part * wanted) / Math.max(light, 0.004)));
      // What pure colours cannot reach comes from white.
      const white = Math.max(0, (wanted - luminance(scaled)) / (1 - luminance(scaled)));
      return scaled.map((part) => byte(part + white * (1 - part)));
    };
    const themed = (text) => !isDark() ? text : text
      .replace(/#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b/gi, (_, ...part) =>
        "#" + darkened(...part.slice(0, 3).map((hex) => parseInt(hex, 16))).map((value) => value.toString(16).padStart(2, "0")).join(""))
      .replace(/rgba\((\d+),(\d+),(\d+),/g, (_, ...part) => "rgba(" + darkened(...part.slice(0, 3).map(Number)) + ",")
      // Markers that lie over each other let less of a dark page through.
      .replace(/("opacity":|(?:fill|stroke)-opacity=")(0\.[5-9]\d*)/g, (_, name, value) => name + Math.min(1, value * 1.4));
    const all = [];
    const paint = (shown) => {
      if (!shown.plot) {
        shown.image.src = isDark() ? shown.light.replace(/,.*/s, (svg) => "," + encodeURIComponent(themed(decodeURIComponent(svg.slice(1))))) : shown.light;
        return;
      }
      shown.scale = room(shown);
      const shorter = (key, value) => (typeof value === "number" && lengths.has(key) ? value * shown.scale : value);
      const { data, layout, config } = JSON.parse(themed(shown.figure), shorter);
      return window.Plotly.react(shown.plot, data, layout, config);
    };
    // Where there is less room than the figure is wide, everything in it is drawn smaller, as in its picture.
    const lengths = new Set(["width", "height", "size", "ticklen", "xshift", "yshift", "thickness", "standoff"]);
    const room = (shown) => Math.min(1, (shown.box.clientWidth || Infinity) / shown.width);
    const sizes = new ResizeObserver((entries) => entries.forEach((entry) => all.forEach((shown) => {
      if (shown.box === entry.target && Math.abs(room(shown) - shown.scale) > 0.02) paint(shown);
    })));
    const animate = (shown) => {
      if (shown.plot) return;
      shown.plot = document.createElement("div");
      shown.plot.style.cssText = "height:0;overflow:hidden";
      shown.box.append(shown.plot);
      paint(shown).then(() => {
        shown.plot.style.cssText = "";
        shown.image.style.display = "none";
        shown.box.dataset.kovacs = "interactive";
        sizes.observe(shown.box);
      });
    };
    // Figures that are far away on the page wait until they are scrolled near.
    const near = new IntersectionObserver((entries) => entries.forEach((entry) => {
      const shown = all.find((shown) => shown.box === entry.target);
      if (!entry.isIntersecting || !shown) return;
      near.unobserve(entry.target);
      K.loading = K.loading || load(shown.kernel);
      K.loading.then(() => animate(shown));
    }), { rootMargin: "400px" });
    new MutationObserver(() => all.forEach((shown) => shown.box.isConnected && paint(shown)))
      .observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
    K.show = (box, figure, kernel) => {
      const image = box && !box.dataset.kovacs && box.querySelector("img");
      if (!image) return;
      box.dataset.kovacs = "static";
      const shown = { box, image, figure, kernel, light: image.src, plot: null, width: JSON.parse(figure).layout.width };
      all.push(shown);
      paint(shown);
      near.observe(box);
    };
  }
  const boxes = document.querySelectorAll(".kovacs-figure:not([data-kovacs])");
  K.show(script ? script.previousElementSibling : boxes[boxes.length - 1], figure, kernel);
})
