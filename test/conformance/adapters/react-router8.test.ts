import { vi } from "vitest";
import { reactRouterConformance } from "./react-router.js";

vi.mock("react-router", () => import("react-router8"));

reactRouterConformance();
