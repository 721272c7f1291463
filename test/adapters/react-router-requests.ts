import { type ServerBuild, createRequestHandler } from "react-router";

type Handle = (request: Request) => Promise<Response>;

/**
 * Returns a request handler of React Router with one resource route, whose loader and action are a function of the
 * test.
 */
export function routerHandler(handle: Handle): Handle {
  const run = ({ request }: { request: Request }) => handle(request);
  const route = { id: "root", path: "*", module: { loader: run, action: run } };
  const build = {
    entry: { module: { default: () => new Response("page"), handleError: () => {} } },
    routes: { root: route },
    assets: { entry: { imports: [], module: "" }, routes: {}, url: "", version: "" },
    publicPath: "/",
    assetsBuildDirectory: "",
    future: {},
    ssr: true,
    isSpaMode: false,
    prerender: [],
    routeDiscovery: { mode: "initial", manifestPath: "/__manifest" },
  };
  return createRequestHandler(build as unknown as ServerBuild, "production");
}
