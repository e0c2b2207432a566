import { ServerMissing } from '../../../apps/server/src/platform/testing/servers/programs.ts';
import { type Clocks, startClocks } from './clocks.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** What some faults need that not every machine gives. */
interface AllProps {
  /** What the primary of PostgreSQL keeps is on it. */
  readonly databaseDisk: SmallDisk;
  /** The logs of the processes are on it. */
  readonly logsDisk: SmallDisk;
  readonly clocks: Clocks;
}

export type PropName = keyof AllProps;
export type Props = Readonly<Partial<AllProps>>;

const makers = {
  databaseDisk: () => mountSmallDisk(2_048),
  logsDisk: () => mountSmallDisk(512),
  clocks: startClocks,
};

export interface PreparedProps {
  readonly props: Props;
  /** Why a prop is not there. */
  readonly missing: ReadonlyMap<PropName, string>;
  remove(): Promise<void>;
}

/** Prepares what is needed as far as this machine can. */
export const prepareProps = async (needed: Iterable<PropName>): Promise<PreparedProps> => {
  const props: { -readonly [Name in PropName]?: AllProps[Name] } = {};
  const missing = new Map<PropName, string>();
  const remove = async (): Promise<void> => {
    for (const prop of Object.values(props)) await prop.remove();
  };
  const prepare = async <Name extends PropName>(name: Name, make: () => Promise<AllProps[Name]>) => {
    try {
      props[name] = await make();
    } catch (error) {
      if (!(error instanceof ServerMissing)) throw error;
      missing.set(name, error.message);
    }
  };
  try {
    for (const name of new Set(needed)) {
      if (name === 'clocks') await prepare(name, makers[name]);
      else await prepare(name, makers[name]);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { props, missing, remove };
};

/** @throws Error where it is not there; faults are not tried without what they need */
export const propOf = <Name extends PropName>(props: Props, name: Name): AllProps[Name] => {
  const prop: AllProps[Name] | undefined = props[name];
  if (prop === undefined) throw new Error(`${name} was not prepared.`);
  return prop;
};
