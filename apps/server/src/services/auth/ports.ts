import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/port.ts';
import type { EventBus } from '../../platform/events/port.ts';
import type { AccessTokens } from '../../platform/http/access-token.ts';
import type { FindCountry } from './countries.ts';
import type { IssueTokens } from './issue-tokens.ts';
import type { RelyingParty } from './passkeys.ts';
import type { Fetch } from './single-sign-on/provider.ts';
import type { SecretBox } from './secret-box.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

/** What the verbs of auth share; each takes the part that it needs. */
export interface AuthPorts {
  readonly database: Database;
  readonly events: Pick<EventBus, 'append'>;
  readonly clock: Clock;
  readonly accessTokens: Pick<AccessTokens, 'forgetSession'>;
  readonly issue: IssueTokens;
  readonly throttle: SignInThrottle;
  readonly box: SecretBox;
  readonly party: RelyingParty;
  readonly findCountry: FindCountry;
  /** Calls addresses that an administrator has entered, and none in networks of our own. */
  readonly fetchPublic: Fetch;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}
