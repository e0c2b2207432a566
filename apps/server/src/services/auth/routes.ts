import { authRoutes as routes } from '@muster/contracts';
import { type BoundRoute, open, signedIn } from '../../platform/http/bound-route.ts';
import type { Ports } from '../../platform/service.ts';
import { issueTokens } from './issue-tokens.ts';
import { jwks } from './jwks.ts';
import { refresh } from './refresh.ts';
import { signIn } from './sign-in.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { signOut } from './sign-out.ts';
import { SigningKeys } from './signing-keys.ts';

export const authRoutes = ({ database, events, cache, clock, accessTokens, settings }: Ports): BoundRoute[] => {
  const keys = new SigningKeys(database, clock);
  const issue = issueTokens({ keys, issuer: settings.publicUrl });
  const throttle = new SignInThrottle(cache);
  return [
    open(routes.signIn, signIn({ database, events, throttle, clock, issue })),
    open(routes.refresh, refresh({ database, events, clock, issue })),
    signedIn(routes.signOut, signOut({ database, events, clock, accessTokens })),
    open(routes.jwks, jwks(keys)),
  ];
};
