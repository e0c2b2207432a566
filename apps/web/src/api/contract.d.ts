declare module 'virtual:contract' {
  /** The routes as plain data at run time; their types carry the shapes of what is sent and answered. */
  export const routes: import('@muster/contracts').Routes;
  export const permissions: typeof import('@muster/contracts').permissions;
  export const problemCodes: readonly import('@muster/contracts').ProblemCode[];
}

declare module 'virtual:permissions' {
  /** What can be given to the keys of programs. */
  export const permissionsForKeys: typeof import('@muster/contracts').permissionsForKeys;
  /** The permission table as rows, with what each role could be given. */
  export const permissionRows: ReturnType<typeof import('@muster/contracts').permissionRows>;
}
