import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type LinkAttributes<Own> = Own &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Own> & { readonly ref?: Ref<HTMLAnchorElement> };

/** A link that looks like a button; its address is checked against the routes. */
export const LinkButton = createLink((props: LinkAttributes<ButtonProps>) => <Button component="a" {...props} />);

/** A link in a text; its address is checked against the routes. */
export const LinkText = createLink((props: LinkAttributes<AnchorProps>) => <Anchor {...props} />);
