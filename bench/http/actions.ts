/** Requests that are timed, by name. */
export const ACTIONS = {
  anonymous: { title: "a visitor without a session", method: "GET", path: "/", isLoggedIn: false },
  read: { title: "a logged-in user reads", method: "GET", path: "/me", isLoggedIn: true },
  write: {
    title: "a logged-in user writes one field",
    method: "POST",
    path: "/views",
    isLoggedIn: true,
  },
  login: { title: "a user logs in", method: "POST", path: "/login", isLoggedIn: false },
} as const;

export type ActionName = keyof typeof ACTIONS;
