export default function ({ data: [data], parentElement }) {
    const root = parentElement.querySelector(".closest"), button = root.querySelector("button");
    const picture = root.querySelector("img");
    picture.src = data.picture;
    picture.alt = data.alt;
    root.classList.toggle("still", !data.turns);
    root.querySelector("figcaption b").textContent = data.title;
    root.querySelector(".long").textContent = data.words;
    root.querySelector(".card").setAttribute("aria-label", data.faces.map(({ who, answer }) => `${who}: ${answer}`).join("; "));
    root.querySelectorAll(".face").forEach((face, place) => {
        const { answer, who, colour } = data.faces[place];
        face.querySelector("b").textContent = answer;
        face.querySelector("span").textContent = who;
        face.classList.toggle("words", answer.length > 2);
        face.style.setProperty("--colour", colour);
    });
    button.onclick = () => {
        button.textContent = root.classList.toggle("paused") ? "Turn" : "Pause";
    };
}
