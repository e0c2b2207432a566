import * as contracts from '@muster/contracts';
import type { RouteDefinition } from '@muster/contracts';
import type { Plugin } from 'vite';

const moduleId = 'virtual:contract';
/** Apart, because two pages of administrators need it, and everybody loads the other one. */
const permissionsId = 'virtual:permissions';

/** What the browser needs of a route at run time; the shapes of its parts stay behind as types. */
const slim = ({ operation, method, path, idempotency, answer }: RouteDefinition) =>
  [operation, method, path, idempotency, answer !== null] as const;

/** Rows of `slim` are made into routes by the browser: their names stand in what it loads once instead of with each of them. */
const routesOf = `(rows) => Object.fromEntries(rows.map(([operation, method, path, idempotency, answers]) =>
  [operation, { operation, method, path, idempotency, answer: answers ? {} : null }]))`;

/**
 * Offers the contract as plain data under `virtual:contract`, so that no validator is shipped to phones: the server
 * validates, the browser only needs addresses, the permission table and the codes of problems.
 */
export const contractPlugin = (): Plugin => ({
  name: 'muster-contract',
  resolveId: (id) => (id === moduleId || id === permissionsId ? `\0${id}` : undefined),
  load(id) {
    if (id === `\0${permissionsId}`) {
      return [
        `export const permissionsForKeys = ${JSON.stringify(contracts.permissionsForKeys)};`,
        `export const permissionRows = ${JSON.stringify(contracts.permissionRows())};`,
      ].join('\n');
    }
    if (id !== `\0${moduleId}`) return undefined;
    const rows = Object.values(contracts.routes as Record<string, RouteDefinition>).map(slim);
    return [
      `export const routes = (${routesOf})(${JSON.stringify(rows)});`,
      `export const permissions = ${JSON.stringify(contracts.permissions)};`,
      `export const problemCodes = ${JSON.stringify(Object.keys(contracts.problemCatalogue))};`,
    ].join('\n');
  },
});
