import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import '@mantine/core/styles.css';
import './global.css';
import { AnnouncerProvider } from './app/announcer.tsx';
import { NoticeArea } from './app/notify.tsx';
import { createQueryClient } from './app/query.ts';
import { router } from './app/router.tsx';
import { SessionProvider } from './app/session.tsx';
import { StepUpArea } from './app/step-up-area.tsx';
import { startServiceWorker } from './app/start-service-worker.ts';
import { LoadingBlock } from './components/loading-block.tsx';
import { startI18n } from './i18n/setup.ts';
import { cssVariables, theme } from './theme.ts';

const colorSchemes = localStorageColorSchemeManager({ key: 'muster.color-scheme' });

const start = async () => {
  await startI18n();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={colorSchemes}
        defaultColorScheme="auto"
      >
        <NoticeArea />
        <AnnouncerProvider>
          <QueryClientProvider client={createQueryClient()}>
            <Suspense fallback={<LoadingBlock height="100dvh" />}>
              <SessionProvider>
                <RouterProvider router={router} />
                <StepUpArea />
              </SessionProvider>
            </Suspense>
          </QueryClientProvider>
        </AnnouncerProvider>
      </MantineProvider>
    </StrictMode>,
  );
  startServiceWorker();
};

void start();
