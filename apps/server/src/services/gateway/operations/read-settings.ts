import type { platformRoutes } from '@muster/contracts';
import type { SignedInHandler } from '../../../platform/http/call.ts';
import type { Ports } from '../../../platform/service.ts';

/** How this process was told to run. It changes when it is started again, so there is nothing to read. */
export const readSettings =
  ({ settings }: Pick<Ports, 'settings'>): SignedInHandler<typeof platformRoutes.readSettings> =>
  async () => ({ settings: [...settings.configuration], elsewhere: [...settings.serviceUrls.keys()] });
