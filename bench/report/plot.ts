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
  /** For values of x that multiply from one to the next: each is a tick. */
  isLogX?: boolean;
}

// The types of both libraries are the browser's, which are not in this project's.
interface Drawing {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}
const draw = Plot.plot as unknown as (options: object) => Drawing;
const parse = parseHTML as unknown as (html: string) => { document: object };

/** Lines from zero up, as the text of an SVG file. */
export function linePlot(points: Point[], { title, x, y, isLogX = false }: Axes): string {
  const { document } = parse("<!doctype html><html><body></body></html>");
  const ticks = [...new Set(points.map((point) => point.x))];
  const plot = draw({
    document,
    style: { background: "white", color: "black", fontSize: "12px" },
    width: 760,
    height: 400,
    marginTop: 50,
    marginLeft: 60,
    marginRight: 200,
    marginBottom: 40,
    x: { label: x, ...(isLogX ? { type: "log", ticks, tickFormat: String } : { tickFormat: "~s" }) },
    y: { label: y, zero: true, grid: true, tickFormat: "~s" },
    marks: [
      Plot.text([title], { frameAnchor: "top", dy: -40, fontSize: 15 }),
      Plot.ruleY([0]),
      Plot.lineY(points, { x: "x", y: "y", stroke: "series", strokeWidth: 2 }),
      ...(isLogX ? [Plot.dot(points, { x: "x", y: "y", fill: "series", r: 3 })] : []),
      Plot.text(
        points,
        Plot.dodgeY(
          { anchor: "middle", padding: 2 },
          Plot.selectLast({
            x: "x",
            y: "y",
            z: "series",
            text: "series",
            fill: "series",
            textAnchor: "start",
            dx: 8,
          }),
        ),
      ),
    ],
  });
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg"); // a file of its own needs it
  return plot.outerHTML;
}
