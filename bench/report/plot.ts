import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

export interface Point {
  x: number;
  y: number;
  series: string;
}

export interface Axes {
  title: string;
  x: string;
  y: string;
  /** For few values of x that are far apart: they stand at equal distances. */
  isStepped?: boolean;
}

// The types of both libraries are the browser's, which are not in this project's.
interface Drawing {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}
const draw = Plot.plot as unknown as (options: object) => Drawing;
const parse = parseHTML as unknown as (html: string) => { document: object };

/** Lines from zero up, as the text of an SVG file. */
export function linePlot(points: Point[], { title, x, y, isStepped = false }: Axes): string {
  const { document } = parse("<!doctype html><html><body></body></html>");
  const plot = draw({
    document,
    style: { background: "white", color: "black", fontSize: "12px" },
    width: 760,
    height: 400,
    marginTop: 50,
    marginLeft: 60,
    marginRight: 200,
    marginBottom: 40,
    x: { label: x, ...(isStepped ? { type: "point", padding: 0 } : { tickFormat: "~s" }) },
    y: { label: y, zero: true, grid: true, tickFormat: "~s" },
    marks: [
      Plot.text([title], { frameAnchor: "top", dy: -40, fontSize: 15 }),
      Plot.ruleY([0]),
      Plot.lineY(points, { x: "x", y: "y", stroke: "series", strokeWidth: 2 }),
      ...(isStepped ? [Plot.dot(points, { x: "x", y: "y", fill: "series", r: 3 })] : []),
      Plot.text(labelsOf(points), {
        x: "x",
        y: "y",
        text: "series",
        fill: "series",
        textAnchor: "start",
        dx: 8,
      }),
    ],
  });
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg"); // a file of its own needs it
  return plot.outerHTML;
}

/** The least distance of two labels, as a part of the plot's height. */
const LABEL_GAP = 0.05;

/** A label at the end of each line, moved up where it would cover another. */
function labelsOf(points: Point[]): Point[] {
  const lastX = Math.max(...points.map(({ x }) => x));
  const gap = LABEL_GAP * Math.max(...points.map(({ y }) => y));
  const labels: Point[] = [];
  for (const end of points.filter(({ x }) => x === lastX).sort((a, b) => a.y - b.y)) {
    const below = labels.at(-1)?.y ?? -Infinity;
    labels.push({ ...end, y: Math.max(end.y, below + gap) });
  }
  return labels;
}
