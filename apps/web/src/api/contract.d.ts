declare module 'virtual:contract' {
  /** The routes as plain data at run time; their types carry the shapes of what is sent and answered. */
  export const routes: import('@muster/contracts').Routes;
  export const permissions: typeof import('@muster/contracts').permissions;
  export const problemCodes: readonly import('@muster/contracts').ProblemCode[];
}
