const FIGURES = ".js-plotly-plot, figure, [data-testid='stImage'], [data-testid='stGraphVizChart'], .st-key-bits-clickable";

const main = () => document.querySelector("[data-testid='stMain']");
const tops = () => {
    const from = main().getBoundingClientRect().top - main().scrollTop;
    const found = [...document.querySelectorAll(FIGURES)].filter((figure) => figure.offsetParent)
        .map((figure) => figure.closest("[data-testid='stLayoutWrapper']") ?? figure)
        .map((block) => Math.max(0, block.getBoundingClientRect().top - from - 12));
    return [0, ...found].sort((a, b) => a - b).filter((top, at, all) => at === 0 || top - all[at - 1] > innerHeight / 3);
};
const link = (words) => [...document.querySelectorAll(".st-key-frame-end a")]
    .find((candidate) => candidate.textContent.includes(words));

const go = (event) => {
    if (event.key === "Escape") link("Leave the presentation")?.click();
    const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = event.composedPath()[0];
    if (at.matches?.("input, textarea, select, [role='slider'], [role='radio'], [contenteditable='true']")) return;
    event.preventDefault();
    const here = main().scrollTop, end = main().scrollHeight - main().clientHeight;
    // Whatever is taller than the screen is shown a screen at a time, and so is a page's end.
    const screen = here + step * Math.floor(main().clientHeight * 0.9);
    const next = step > 0
        ? Math.min(screen, tops().find((top) => top > here + 8) ?? Infinity)
        : Math.max(screen, tops().reverse().find((top) => top < here - 8) ?? 0);
    const isLast = step > 0 ? here >= end - 8 : here <= 8;
    if (isLast) link(step > 0 ? "Next:" : "Back:")?.click();
    else main().scrollTo({ top: next, behavior: "smooth" });
};

export default () => {
    document.addEventListener("keydown", go);
    document.documentElement.classList.add("presenting");
    return () => {
        document.removeEventListener("keydown", go);
        document.documentElement.classList.remove("presenting");
    };
};
