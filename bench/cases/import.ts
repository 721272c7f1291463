import { join } from "node:path";
import { type Bench, type Case, type Outcome, atMost } from "../bench.js";
import { bundleSize } from "../import/bundle-size.js";
import { importTime } from "../import/import-time.js";
import { DIST } from "../ours.js";
import { kilobytes, table } from "../report/table.js";

/** What `import "sessionary"` costs: time at start, and bytes in a bundle. */
export const importCost: Case = {
  name: "import",
  title: "import cost",
  peers: ["sessionary"],
  async run(bench: Bench): Promise<Outcome> {
    const file = join(DIST, "index.js");
    const { bareMs, importingMs } = await importTime(file, bench.isQuick ? 5 : 31);
    const { loadedBytes, onDemandBytes } = await bundleSize(file);
    return {
      markdown: table(
        ["what", "measured"],
        [
          ["bare Node, to the end of an empty module", `${bareMs.toFixed(1)} ms`],
          ['the same with `import "sessionary"`', `${importingMs.toFixed(1)} ms`],
          ["bundled and minified, without lru-cache and the optional peers", kilobytes(loadedBytes)],
          ["loaded beside it when createStore is given a Redis URL", kilobytes(onDemandBytes)],
        ],
      ),
      data: { bareMs, importingMs, loadedBytes, onDemandBytes },
      checks: [
        atMost('import "sessionary", beyond Node itself', 15, importingMs - bareMs, "ms"),
        atMost("bundle, minified, without lru-cache", 15, loadedBytes / 1_000, "KB"),
      ],
    };
  },
};
