import { Button, Center, Container, Group, Text } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import i18next from 'i18next';
import { useEffect, useState } from 'react';
import { read, routes } from '../../api/client.ts';
import { nowMs } from '../../app/clock.ts';
import { RequireSession } from '../../app/require-session.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { QrCode } from '../../components/qr-code.tsx';
import { createFormats } from '../../i18n/formats.ts';
import { type Language, languages } from '../../i18n/setup.ts';
import { useFormats, useText, useVocabulary } from '../../i18n/use-text.ts';
import classes from './print.module.css';

const steps = ['1', '2', '3', '4'] as const;

/** The sheet speaks every language at once, whatever the reader's is. */
const useAllLanguages = (): boolean => {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    const load = async () => {
      await i18next.loadNamespaces('print');
      await i18next.loadLanguages([...languages]);
      setReady(true);
    };
    void load();
  }, []);
  return isReady;
};

const Instructions = ({ language }: { readonly language: Language }) => {
  const context = useVocabulary();
  const t = i18next.getFixedT(language, 'print');
  return (
    <div lang={language} className={classes.instructions}>
      <h2>{t('how', { context })}</h2>
      <ol>
        {steps.map((step) => (
          <li key={step}>{t(`step.${step}`, { context })}</li>
        ))}
      </ol>
    </div>
  );
};

interface SheetProps {
  readonly gateName: string;
  readonly siteName: string;
  readonly code: { readonly text: string; readonly typed: string; readonly version: number };
}

const Sheet = ({ gateName, siteName, code }: SheetProps) => {
  const t = useText('print');
  const version = (language: Language) =>
    i18next.getFixedT(language, 'print')('version', {
      version: code.version,
      date: createFormats(language).longDay(nowMs()),
    });
  return (
    <article className={classes.sheet}>
      <header>
        <p className={classes.site}>{siteName}</p>
        <h1>{gateName}</h1>
      </header>
      <div className={classes.code}>
        <QrCode text={code.text} label={t('code-label', { gate: gateName })} correction="H" />
      </div>
      <p className={classes.typed}>{code.typed}</p>
      <div className={classes.columns}>
        {languages.map((language) => (
          <Instructions key={language} language={language} />
        ))}
      </div>
      <footer>
        {languages.map((language) => (
          <p key={language} lang={language}>
            {version(language)}
          </p>
        ))}
      </footer>
    </article>
  );
};

const GateSheet = () => {
  const t = useText('print');
  const formats = useFormats();
  const { history } = useRouter();
  const { gateId } = useParams({ from: '/print/gate/$gateId' });
  const isReady = useAllLanguages();
  const code = useQuery(read(routes.readPrintedCode, { params: { gateId } }));
  const gates = useQuery(read(routes.listGates, {}));
  const sites = useQuery(read(routes.listSites, {}));
  const gate = gates.data?.items.find((each) => each.gateId === gateId);
  const site = sites.data?.items.find(({ siteId }) => siteId === gate?.siteId);
  const failed = [code, gates, sites].find((query) => query.isError && !query.data);
  if (failed) {
    return (
      <Center mih="100dvh">
        <Container size="xs">
          <ErrorNotice error={failed.error} onRetry={() => void failed.refetch()} title={t('failed')} />
        </Container>
      </Center>
    );
  }
  if (!isReady || !code.data || !gate || !site) return <LoadingBlock height="100dvh" />;
  return (
    <main className={classes.page}>
      <Group justify="space-between" className={classes.tools ?? ''} data-no-print>
        <Text size="sm" c="dimmed">
          {t('hint', { version: formats.number(code.data.version) })}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={() => history.back()}>
            {t('back')}
          </Button>
          <Button leftSection={<IconPrinter size={18} stroke={1.7} />} onClick={() => window.print()}>
            {t('print')}
          </Button>
        </Group>
      </Group>
      <Sheet gateName={gate.name} siteName={site.name} code={code.data} />
    </main>
  );
};

/** The sheet to hang up at a gate: its code, and how to use it, in every language. */
export const GateSheetPage = () => (
  <RequireSession roles={['org_admin', 'org_office']}>
    <GateSheet />
  </RequireSession>
);
