import { defineCollection, defineContentConfig } from '@nuxt/content'

export default defineContentConfig({
  collections: {
    notes: defineCollection({ type: 'page', source: { include: 'notes/**/*.md', prefix: '/Of Hives' } }),
    content: defineCollection({ type: 'page', source: { include: '**/*.md', exclude: ['notes/**'] } }),
  },
})
