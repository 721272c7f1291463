import { type Static, Type } from "@sinclair/typebox";

export const LoginParams = Type.Object({
  name: Type.String({
    description: "1 to 64 letters, digits, dots, dashes and underscores",
    minLength: 1,
    maxLength: 64,
    pattern: "^[A-Za-z0-9._-]+$",
  }),
});

export type LoginParams = Static<typeof LoginParams>;
