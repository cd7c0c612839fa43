import { h } from 'vue'
import { useData, Content } from 'vitepress'
export default { Layout() { const { frontmatter } = useData(); return h('div', [...(frontmatter.value.related ?? []).map((entry) => h('a', { class: 'related', href: entry.url })), h(Content)]) } }
