import type { Notice, Purpose, RouteAnswer } from '@muster/contracts';
import { Badge, Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, read, routes } from '../../api/client.ts';
import { notify } from '../../app/notify.tsx';
import { ConfirmAction } from '../../components/confirm-action.tsx';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { languageNames, languages } from '../../i18n/setup.ts';
import { useFormats, useText } from '../../i18n/use-text.ts';
import { Part } from './part.tsx';
import classes from './privacy.module.css';

type Notices = RouteAnswer<typeof routes.listNotices>;
type Basis = 'consent' | 'necessary' | 'none';
const purposes = ['attendance', 'safety', 'guardian-live'] as const satisfies readonly Purpose[];

/** The next version begins with the words of the last one, or with a draft. */
const NoticeForm = ({ last, onClose }: { readonly last: Notice | undefined; readonly onClose: () => void }) => {
  const t = useText('privacy');
  const queries = useQueryClient();
  const [texts, setTexts] = useState(() =>
    languages.map(
      (language) =>
        last?.texts.find((text) => text.language === language) ?? {
          language,
          title: t(`draft.${language}.title`),
          body: t(`draft.${language}.body`),
        },
    ),
  );
  const basisOf = (purpose: Purpose): Basis => {
    const known = last?.purposes.find((each) => each.purpose === purpose);
    if (last !== undefined && known === undefined) return 'none';
    return known?.necessary === true ? 'necessary' : 'consent';
  };
  const [bases, setBases] = useState<Readonly<Record<Purpose, Basis>>>(() => ({
    attendance: basisOf('attendance'),
    safety: basisOf('safety'),
    'guardian-live': basisOf('guardian-live'),
  }));
  const isComplete =
    texts.every(({ title, body }) => title.trim() !== '' && body.trim().length >= 20) &&
    purposes.some((purpose) => bases[purpose] !== 'none');
  const publish = useMutation({
    mutationFn: () =>
      call(routes.publishNotice, {
        body: {
          texts: [...texts],
          purposes: purposes
            .filter((purpose) => bases[purpose] !== 'none')
            .map((purpose) => ({ purpose, necessary: bases[purpose] === 'necessary' })),
          validFrom: null,
        },
      }),
    onSuccess: ({ version }) => {
      void queries.invalidateQueries({ queryKey: read(routes.listNotices, {}).queryKey });
      void notify({ text: t('notices.published', { version }) });
      onClose();
    },
  });
  const change = (language: string, part: { title?: string; body?: string }) =>
    setTexts(texts.map((text) => (text.language === language ? { ...text, ...part } : text)));
  return (
    <Part title={t('notices.new')} hint={t('notices.new-hint')}>
      <Stack>
        {texts.map(({ language, title, body }) => (
          <Stack key={language} gap="xs">
            <TextInput
              label={t('notices.text-title', { language: languageNames[language as keyof typeof languageNames] })}
              value={title}
              maxLength={120}
              lang={language}
              onChange={(event) => change(language, { title: event.currentTarget.value })}
            />
            <Textarea
              label={t('notices.text-body', { language: languageNames[language as keyof typeof languageNames] })}
              value={body}
              autosize
              minRows={5}
              maxRows={16}
              maxLength={20_000}
              lang={language}
              onChange={(event) => change(language, { body: event.currentTarget.value })}
            />
          </Stack>
        ))}
        {purposes.map((purpose) => (
          <Select
            key={purpose}
            maw="26rem"
            label={t(`purpose.${purpose}`)}
            description={t(`purpose.${purpose}-hint`)}
            allowDeselect={false}
            data={(['consent', 'necessary', 'none'] as const).map((value) => ({ value, label: t(`basis.${value}`) }))}
            value={bases[purpose]}
            onChange={(value) => setBases({ ...bases, [purpose]: (value ?? 'none') as Basis })}
          />
        ))}
        <Group>
          <ConfirmAction
            title={t('notices.confirm')}
            consequence={t('notices.consequence')}
            verb={t('notices.publish')}
            onConfirm={() => publish.mutateAsync()}
          >
            {(open) => (
              <Button onClick={open} disabled={!isComplete}>
                {t('notices.publish')}
              </Button>
            )}
          </ConfirmAction>
          <Button variant="subtle" color="gray" onClick={onClose}>
            {t('cancel')}
          </Button>
        </Group>
      </Stack>
    </Part>
  );
};

const NoticeList = ({ notices, onNew }: { readonly notices: Notices; readonly onNew: () => void }) => {
  const t = useText('privacy');
  const formats = useFormats();
  const { items, current, answered } = notices;
  const begin = <Button onClick={onNew}>{t('notices.begin')}</Button>;
  if (items.length === 0) {
    return <EmptyNotice icon={IconFileText} title={t('notices.none')} hint={t('notices.none-hint')} action={begin} />;
  }
  return (
    <Part title={t('notices.title')} hint={t('notices.answered', { members: answered.members, of: answered.of })}>
      <Stack>
        <ul className={classes.rows}>
          {items.map((notice) => (
            <li key={notice.version}>
              <div className={classes.rowText}>
                <Text fw={550}>
                  {t('notices.version', { version: notice.version })}: {notice.texts[0]?.title}
                </Text>
                <Text size="sm" c="dimmed">
                  {t('notices.since', {
                    day: formats.dateTime(notice.validFrom),
                    who: notice.publishedBy ?? t('somebody'),
                  })}
                  {' · '}
                  {formats.list(notice.texts.map(({ language }) => language))}
                </Text>
                <Text size="sm" c="dimmed">
                  {notice.purposes
                    .map(
                      ({ purpose, necessary }) =>
                        `${t(`purpose.${purpose}`)} (${t(necessary ? 'necessary' : 'by-consent')})`,
                    )
                    .join(', ')}
                </Text>
              </div>
              {notice.version === current && (
                <Badge color="green" variant="dot" miw="max-content">
                  {t('notices.current')}
                </Badge>
              )}
            </li>
          ))}
        </ul>
        <Group>{begin}</Group>
      </Stack>
    </Part>
  );
};

export const NoticesPart = () => {
  const notices = useQuery(read(routes.listNotices, {}));
  const [isWriting, setWriting] = useState(false);
  if (notices.isPending) return <LoadingBlock height={240} />;
  if (!notices.data) return <ErrorNotice error={notices.error} onRetry={() => void notices.refetch()} />;
  return isWriting ? (
    <NoticeForm last={notices.data.items[0]} onClose={() => setWriting(false)} />
  ) : (
    <NoticeList notices={notices.data} onNew={() => setWriting(true)} />
  );
};
