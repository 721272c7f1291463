// An app that logs users in with a new id each time, in a process of its own, to be killed at any moment.
import { RedisStore } from "sessionary/redis";
import { type Framework, startHandlers } from "../support/handler-app.js";

const [framework, url = ""] = process.argv.slice(2);
const app = await startHandlers(framework as Framework, new RedisStore({ url }), {
  handlers: {
    login: async (live, { user }) => {
      const { data } = await live.regenerate();
      data.user = user;
    },
  },
});
process.stdout.write(app.url);
