import type { Surroundings } from '../../../apps/server/src/platform/testing/servers/surroundings.ts';
import type { Session } from '../../acceptance/client.ts';
import type { Fleet } from '../fleet.ts';
import type { Forwarder } from '../forwarder.ts';
import type { Phone, Place } from './actors.ts';
import type { PropName, Props } from './props.ts';

/** Whom a fault may ask to take part. */
export interface Bystanders {
  readonly place: Place;
  principal(): Session;
  /** Members who have entered, and whose phones nobody else uses while the fault lasts. */
  phones(count: number, url: string): Promise<readonly Phone[]>;
  /**
   * Members who have signed in and stand at the gate, at most so many. Each enters when called, tries until the ENTER is
   * taken, and says how often it tried.
   */
  queueUp(count: number, url: string): Promise<readonly (() => Promise<number>)[]>;
}

/** What a fault may do its harm to. */
export interface Target {
  readonly surroundings: Surroundings;
  readonly fleet: Fleet;
  /** The way of all processes to the primary. */
  readonly wayToDatabase: Forwarder;
  readonly props: Props;
  readonly campus: Bystanders;
  /** Between 0 and 1, from the seed. */
  readonly random: () => number;
  /** Multiplies how long faults last: 1 in a short run. */
  readonly lengthen: number;
  /** Takes down what the fault itself has seen go wrong. */
  readonly violated: (sentence: string) => void;
  /** Figures that belong to the outcome. */
  readonly tell: (sentence: string) => void;
}

export interface Fault {
  readonly name: string;
  /** Row of the fault matrix in docs/faults.md. */
  readonly row: number;
  /** Nobody may notice: every request is answered with 200, every socket comes back and has missed nothing. */
  readonly seamless?: true;
  /** Nobody may notice that anything is wrong; sockets do not count. */
  readonly unnoticed?: true;
  readonly needs?: PropName;
  /** Also in the short set that `npm test` runs. */
  readonly short?: true;
  /** Does the harm and undoes it; resolves when everything is as it was, apart from what Muster has to mend itself. */
  readonly strike: (target: Target) => Promise<void>;
}
