// What a browser with Streamlit does not do by itself; installed once per tab.

// One step of Back is one choice of the visitor's. Streamlit replaces the current entry for some changes of the address,
// and adds an entry for each parameter for others.
const oneEntryForEachChoice = () => {
    const { history } = window, push = history.pushState.bind(history), replace = history.replaceState.bind(history);
    let choice = 0, written = 0, last = { target: null, time: 0 };
    const chosen = ({ type, target, repeat, timeStamp }) => {
        const goesOn = type === "keydown" && (repeat || (target === last.target && timeStamp - last.time < 1000));
        if (!goesOn) choice += 1;
        last = { target: type === "keydown" ? target : null, time: timeStamp };
    };
    const write = (state, title, url) => {
        const from = location.pathname;
        if (new URL(url, location).href === location.href) return;
        (written === choice ? replace : push)(state, title, url);
        written = choice;
        if (location.pathname !== from) atItsTop();
    };
    history.pushState = history.replaceState = write;
    addEventListener("pointerdown", chosen, true);
    addEventListener("keydown", chosen, true);
    addEventListener("popstate", () => { written = choice; atItsTop(); }, true);
};

// A new page opens at its top, whenever its parts arrive, unless the visitor scrolls meanwhile.
let release = null;
const atItsTop = () => {
    release?.();
    const main = document.querySelector("[data-testid='stMain']");
    if (!main || location.hash) return;
    const top = () => { if (main.scrollTop > 0) main.scrollTop = 0; };
    const scrolls = ["wheel", "touchmove", "pointerdown", "keydown", "halfthebits:scroll"];
    let quiet = 0;
    const clock = setInterval(() => {
        const idle = document.querySelector("[data-testid='stApp']")?.dataset.testScriptState === "notRunning";
        quiet = idle ? quiet + 1 : 0;
        if (quiet > 10) release?.();
    }, 100);
    release = () => {
        clearInterval(clock);
        main.removeEventListener("scroll", top);
        scrolls.forEach((name) => removeEventListener(name, release, true));
        release = null;
    };
    top();
    main.addEventListener("scroll", top);
    scrolls.forEach((name) => addEventListener(name, release, true));
};

// On a narrow screen Streamlit leaves the navigation open on top of the page chosen from it.
const closeAfterChoice = ({ target }) => {
    if (!target.closest("[data-testid='stSidebarNavLink']") || !matchMedia("(max-width: 768px)").matches) return;
    setTimeout(() => document.querySelector("[data-testid='stSidebarCollapseButton'] button")?.click());
};

// On a touch screen Plotly takes the mark under the last tap for the one that is tapped, until a pointer has moved.
const pointFirst = ({ pointerType, target, clientX, clientY }) => {
    if (pointerType !== "touch" || !target.closest?.(".js-plotly-plot .draglayer")) return;
    target.dispatchEvent(new MouseEvent("mousemove", { clientX, clientY, bubbles: true }));
};

export default () => {
    if (window.halfTheBits) return;
    window.halfTheBits = true;
    oneEntryForEachChoice();
    document.addEventListener("click", closeAfterChoice);
    addEventListener("pointerdown", pointFirst, true);
};
