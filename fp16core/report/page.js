"use strict";
{
  const faint = "rgba(128, 134, 145, 0.3)", clear = "rgba(0, 0, 0, 0)";
  const axis = { gridcolor: faint, zerolinecolor: faint, linecolor: faint, title: { font: { size: 12 } } };
  const template = {
    layout: {
      paper_bgcolor: clear, plot_bgcolor: clear, legend: { bgcolor: clear }, xaxis: axis, yaxis: axis,
      font: { family: "system-ui, sans-serif", size: 12, color: "#57606a" },
    },
  };
  const drawings = JSON.parse(document.getElementById("drawings").textContent);
  const pause = () => new Promise(done => setTimeout(done));

  const draw = async () => {
    for (const place of document.querySelectorAll("[data-drawing]")) {
      const { data, layout } = drawings[place.dataset.drawing];
      await Plotly.newPlot(place, data, { ...layout, template }, { displayModeBar: false, responsive: true });
      await pause();  // so that what is drawn so far can be read and scrolled
    }
  };

  const link = document.getElementById("save-data");
  const numbers = document.getElementById("data").textContent;
  link.href = URL.createObjectURL(new Blob([numbers], { type: "application/json" }));

  const unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded.push(...document.querySelectorAll("details:not([open])"));
    for (const details of unfolded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of unfolded.splice(0)) details.open = false;
  });

  draw();
}
