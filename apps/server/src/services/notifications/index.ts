import { notificationRoutes as routes } from '@muster/contracts';
import type { Consumer } from '../../platform/events/port.ts';
import { verb } from '../../platform/http/bound-route.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { acknowledgeAlert } from './acknowledge-alert.ts';
import { deviceNotices } from './device-notices.ts';
import { listAlerts, markInboxRead, readInbox } from './lists.ts';
import { notify } from './notify.ts';
import { securityNotices } from './security-notices.ts';
import { type NoticedFact, noticedTypes } from './rules/occasions.ts';
import { notificationsPersonalData } from './personal-data.ts';

/** Alerts that somebody must look at, and everyone's inbox. */
export const notificationsService: ServiceDescriptor = {
  name: 'notifications',
  personalData: notificationsPersonalData,
  create: (ports) => ({
    name: 'notifications',
    routes: [
      verb(routes.listAlerts, listAlerts),
      verb(routes.acknowledgeAlert, acknowledgeAlert(ports)),
      verb(routes.readInbox, readInbox),
      verb(routes.markInboxRead, markInboxRead(ports)),
    ],
    consumers: [
      {
        name: 'notifications.notices',
        service: 'notifications',
        types: noticedTypes,
        handle: async (tx, events) => {
          const orgId = events[0]?.orgId;
          if (orgId !== undefined) await notify(tx, orgId, events as readonly NoticedFact[], ports);
        },
      } satisfies Consumer<(typeof noticedTypes)[number]> as unknown as Consumer,
      securityNotices(ports) as unknown as Consumer,
      deviceNotices(ports) as unknown as Consumer,
    ],
  }),
};
