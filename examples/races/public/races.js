// Runs a race on the server and shows its requests as they happen.
import { createResult } from "./result.js";

const main = document.querySelector("main");
const status = document.getElementById("status");
const buttons = [...document.querySelectorAll("button[data-race]")];

for (const button of buttons) {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") void run(button);
  });
}

async function run(button) {
  const { race, title } = button.dataset;
  const results = {
    ours: createResult(main.dataset.ours),
    theirs: createResult(main.dataset.theirs),
  };
  const container = button.closest("section").querySelector(".results");
  container.replaceChildren(results.ours.element, results.theirs.element);
  setRunning(true);
  status.textContent = `Running: ${title}.`;
  try {
    const verdicts = [];
    const response = await fetch(`/races/${race}`, { method: "POST" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    for await (const { side, row, verdict } of linesOf(response.body)) {
      if (row !== undefined) results[side].showRow(row);
      else verdicts.push(results[side].showVerdict(verdict));
    }
    status.textContent = verdicts.join(" ");
  } catch (error) {
    status.textContent = `The server did not answer: ${error.message}`;
  } finally {
    setRunning(false);
  }
}

/** Disables the buttons without taking the focus away. */
function setRunning(isRunning) {
  for (const button of buttons) button.setAttribute("aria-disabled", String(isRunning));
}

/** Reads a stream with one JSON value per line. */
async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (text + value).split("\n");
    text = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}
