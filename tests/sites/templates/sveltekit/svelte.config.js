import adapter from '@sveltejs/adapter-static';
import { mdsvex } from 'mdsvex';

export default {
  kit: { adapter: adapter(), paths: { base: '/news' } },
  preprocess: [mdsvex({ extensions: ['.md'] })],
  extensions: ['.svelte', '.md'],
};
