export default defineNuxtConfig({
  modules: ['@nuxt/content'],
  site: { url: 'https://bees.example' },
  app: { baseURL: '/news/' },
})
