import type { RouteDefinition } from '@muster/contracts';
import {
  Controller,
  type DynamicModule,
  HttpCode,
  Req,
  RequestMapping,
  RequestMethod,
  Res,
  type Type,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from '../service.ts';
import type { BoundRoute } from './bound-route.ts';

const routesByHandler = new WeakMap<object, RouteDefinition>();

/** The contract behind a controller's method. */
export const routeOf = (handler: object): RouteDefinition => {
  const route = routesByHandler.get(handler);
  if (route === undefined) throw new Error('This handler was not made from a contract.');
  return route;
};

export type RunRoute = (bound: BoundRoute, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * A Nest module with one controller, whose methods are the service's routes. Nest's decorators are functions; calling
 * them here spares every service a class that would only repeat its contract.
 */
export const serviceModule = (service: Service, run: RunRoute): DynamicModule => {
  const named = (suffix: string): Type => {
    const name = `${service.name[0]?.toUpperCase()}${service.name.slice(1)}${suffix}`;
    return { [name]: class {} }[name] as Type;
  };
  const controller = named('Controller');
  for (const bound of service.routes) addMethod(controller, bound, run);
  Controller()(controller);
  return { module: named('Module'), controllers: [controller] };
};

const addMethod = (controller: Type, bound: BoundRoute, run: RunRoute): void => {
  const { operation, method, path, status } = bound.route;
  const handler = (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => run(bound, request, reply);
  const descriptor: PropertyDescriptor = { value: handler, writable: true, configurable: true, enumerable: false };
  const prototype = controller.prototype as object;
  Object.defineProperty(prototype, operation, descriptor);
  RequestMapping({ method: RequestMethod[method], path })(prototype, operation, descriptor);
  HttpCode(status ?? 200)(prototype, operation, descriptor);
  Req()(prototype, operation, 0);
  Res({ passthrough: true })(prototype, operation, 1);
  routesByHandler.set(handler, bound.route);
};
