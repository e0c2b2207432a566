import { Paper, Stack, Title } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LoadingBlock } from '../../components/loading-block.tsx';
import { useText } from '../../i18n/use-text.ts';
import { ChildCard } from './child-card.tsx';
import { useChildren } from './use-children.ts';

export const FamilyPage = () => {
  const t = useText('guardian');
  const query = useChildren();
  const children = query.data?.items ?? [];
  return (
    <Stack>
      <Title order={1}>{t('title')}</Title>
      {query.isPending && <LoadingBlock height="40dvh" />}
      {query.isError && !query.data && (
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} title={t('failed')} />
      )}
      {query.isSuccess && children.length === 0 && (
        <Paper p={0}>
          <EmptyNotice icon={IconUserQuestion} title={t('empty')} hint={t('empty-hint')} />
        </Paper>
      )}
      {children.map((member) => (
        <ChildCard key={member.memberId} member={member} />
      ))}
    </Stack>
  );
};
