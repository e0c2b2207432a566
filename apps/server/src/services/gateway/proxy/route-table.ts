import { type RouteDefinition, routes, type ServiceName } from '@muster/contracts';

/** A public address that another process answers for. */
export interface ProxiedRoute {
  readonly service: ServiceName;
  /** Absent: whatever method it is, the service says whether it offers it. */
  readonly method?: RouteDefinition['method'];
  readonly path: string;
  /** `unguarded`: the service has credentials and limits of its own. */
  readonly access: RouteDefinition['access'] | 'unguarded';
  /** `key`: may be sent again if the request carries an Idempotency-Key. */
  readonly idempotency: RouteDefinition['idempotency'];
  readonly upload?: RouteDefinition['upload'];
}

/** What services answer beyond the contract's routes. */
const surfaces: readonly ProxiedRoute[] = [
  // Phone apps send again what was not acknowledged: the same fixes twice are the same fixes.
  { service: 'geo', path: '/clients/*', access: 'unguarded', idempotency: 'natural' },
];

/** Everything a service answers to the public; the gateway answers for itself. */
export const proxiedRoutesOf = (name: ServiceName): readonly ProxiedRoute[] =>
  name === 'gateway'
    ? []
    : [...Object.values<RouteDefinition>(routes), ...surfaces].filter(({ service }) => service === name);
