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

// The step before a page's first one is the last one of the page before.
let ending = 0;
const goToTheEnd = () => {
    const from = location.pathname, begun = Date.now();
    let still = 0;
    ending = setInterval(() => {
        const isIdle = document.querySelector("[data-testid='stApp']")?.dataset.testScriptState === "notRunning";
        still = isIdle && location.pathname !== from ? still + 1 : 0;
        if (still < 4 && Date.now() - begun < 15000) return;
        clearInterval(ending);
        if (still < 4) return;
        dispatchEvent(new Event("halfthebits:scroll"));
        main().scrollTo({ top: main().scrollHeight });
    }, 150);
};

const go = (event) => {
    clearInterval(ending);
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
    if (isLast) {
        const way = link(step > 0 ? "Next:" : "Back:");
        way?.click();
        if (way && step < 0) goToTheEnd();
    } else {
        const wantsLessMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
        main().scrollTo({ top: next, behavior: wantsLessMotion ? "instant" : "smooth" });
    }
};

export default () => {
    document.addEventListener("keydown", go);
    document.documentElement.classList.add("presenting");
    return () => {
        document.removeEventListener("keydown", go);
        document.documentElement.classList.remove("presenting");
    };
};
