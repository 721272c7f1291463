import "reflect-metadata";
import { Controller, Get, type INestApplication, Module, Post, Req, type Type } from "@nestjs/common";
import { type AbstractHttpAdapter, NestFactory } from "@nestjs/core";

/** Handlers of the routes, by their method. */
export interface Routes<R> {
  get: (request: R) => unknown;
  post: (request: R) => unknown;
}

/** Returns an app of NestJS with handlers for `GET /` and `POST /`. */
export function nestApp<R, A extends INestApplication>(
  adapter: AbstractHttpAdapter,
  routes: Routes<R>,
): Promise<A> {
  class Pages {
    read(request: R): unknown {
      return routes.get(request);
    }

    write(request: R): unknown {
      return routes.post(request);
    }
  }
  // As the decorators of these names do.
  Controller()(Pages);
  for (const [name, method] of [
    ["read", Get()],
    ["write", Post()],
  ] as const) {
    method(Pages.prototype, name, Object.getOwnPropertyDescriptor(Pages.prototype, name)!);
    Req()(Pages.prototype, name, 0);
  }
  return NestFactory.create<A>(moduleOf(Pages), adapter, { logger: false });
}

function moduleOf(controller: Type): Type {
  class App {}
  Module({ controllers: [controller] })(App);
  return App;
}
