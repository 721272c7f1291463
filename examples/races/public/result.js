// The result of one store: a verdict, a time line, and the same requests as a table.
const COLUMNS = ["Request", "Sent", "Answered", "Answer"];

export function createResult(name) {
  const rows = new Map();
  const verdict = create("p", "verdict", "Running …");
  const timeLine = create("div", "time-line");
  timeLine.setAttribute("role", "img");
  timeLine.setAttribute("aria-label", `Time line of ${name}. The table has the same requests.`);
  const table = create("tbody");
  const element = create("article");
  element.append(create("h3", "", name), verdict, timeLine, tableOf(name, table));

  return {
    element,

    /** Shows a request that was sent or answered. */
    showRow(row) {
      rows.set(row.id, row);
      const endMs = Math.max(
        ...[...rows.values()].map(({ startMs, endMs = startMs }) => Math.max(startMs, endMs)),
        1,
      );
      timeLine.replaceChildren(...[...rows.values()].map((each) => lineOf(each, endMs)), scaleOf(endMs));
      table.replaceChildren(...[...rows.values()].map(cellsOf));
    },

    /** Shows the verdict and returns it as a sentence. */
    showVerdict({ holds, text }) {
      verdict.className = `verdict ${holds ? "holds" : "fails"}`;
      verdict.textContent = `${holds ? "Holds" : "Fails"}: ${text}`;
      return `${name} ${holds ? "holds" : "fails"}: ${text}`;
    },
  };
}

/** Returns a request as a bar between the times when it was sent and answered. */
function lineOf({ label, startMs, endMs, answer }, allMs) {
  const line = create("div", "line");
  const track = create("div", "track");
  const bar = create("div", endMs === undefined ? "bar waiting" : "bar");
  // Style properties, not a style attribute, which the content security policy forbids.
  bar.style.marginInlineStart = `min(${(startMs / allMs) * 100}%, 100% - 0.6rem)`; // leaves room for a short bar
  bar.style.inlineSize = `${(((endMs ?? allMs) - startMs) / allMs) * 100}%`;
  track.append(bar);
  line.append(create("span", "label", label), track, create("span", "answer", answer ?? "waiting …"));
  return line;
}

/** Returns the first and the last time of the time line. */
function scaleOf(endMs) {
  const scale = create("div", "scale");
  scale.append(create("span", "", "0 ms"), create("span", "", `${endMs} ms`));
  return scale;
}

function tableOf(name, body) {
  const details = create("details");
  const scroll = create("div", "scroll");
  const table = create("table");
  const head = create("tr");
  for (const title of COLUMNS) {
    const cell = create("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  const thead = create("thead");
  thead.append(head);
  table.append(thead, body);
  scroll.tabIndex = 0; // the keyboard can scroll it
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", `Requests of ${name}`);
  scroll.append(table);
  const summary = create("summary", "", "As a table");
  summary.setAttribute("aria-label", `As a table: requests of ${name}`);
  details.append(summary, scroll);
  return details;
}

function cellsOf({ label, request, startMs, endMs, answer }) {
  const row = create("tr");
  const first = create("th", "", `${label} (${request})`);
  first.scope = "row";
  const answered = endMs === undefined ? "" : `${endMs} ms`;
  row.append(
    first,
    create("td", "", `${startMs} ms`),
    create("td", "", answered),
    create("td", "", answer ?? "waiting"),
  );
  return row;
}

function create(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.textContent = text; // as text, never as HTML
  return element;
}
