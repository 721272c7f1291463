import { reactRouterConformance } from "./react-router.js";

reactRouterConformance();
