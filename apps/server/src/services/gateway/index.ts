import type { Consumer } from '../../platform/events/port.ts';
import type { ServiceDescriptor } from '../../platform/service.ts';
import { liveConsumer } from './consumers.ts';
import { serveDocuments } from './documents.ts';
import { erasures, handleForgetPerson } from './forget-person.ts';
import { LiveHub } from './live/hub.ts';
import { recordWatching } from './live/record-watching.ts';
import { type LiveSocket, serveLiveSocket } from './live/socket.ts';
import { operationsTable } from './operations/routes.ts';
import { serveOtherServices } from './proxy/index.ts';
import { serveWebFiles } from './web-files.ts';

/** The public door: the way to services in other processes, the live socket, the API's description, the web app's files. */
export const gatewayService: ServiceDescriptor = {
  name: 'gateway',
  create: (ports) => {
    const hub = new LiveHub(ports);
    let socket: LiveSocket | undefined;
    let stopRecording: (() => Promise<void>) | undefined;
    return {
      name: 'gateway',
      routes: operationsTable(ports),
      consumers: [liveConsumer(ports) as Consumer, erasures(ports) as Consumer],
      jobs: (jobs) => handleForgetPerson(jobs, ports),
      surface: async (server) => {
        await serveDocuments(server);
        await serveOtherServices(server, ports);
        await serveWebFiles(server, ports.settings.webRoot);
        socket = serveLiveSocket(server, hub, ports);
        server.addHook('preClose', async () => socket?.close());
      },
      start: async () => {
        stopRecording = recordWatching(hub.watching, ports);
      },
      stop: async () => stopRecording?.(),
      drain: async (withinMs) => socket?.drain(withinMs),
    };
  },
};
