import type { Consumer } from '../../platform/events/port.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { accessChanges } from './consumers.ts';
import { sendInvitation, sendInvitationJob } from './invitations.ts';
import { authRoutes, invitationPorts } from './routes.ts';
import { authPersonalData } from './personal-data.ts';

/** Sign-in, tokens, sessions and devices. */
export const authService: ServiceDescriptor = {
  name: 'auth',
  personalData: authPersonalData,
  create: (ports) => ({
    name: 'auth',
    routes: authRoutes(ports),
    consumers: [accessChanges(ports) as Consumer],
    jobs: (jobs) => jobs.handle(sendInvitationJob, sendInvitation(invitationPorts(ports))),
  }),
};
