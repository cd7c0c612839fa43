const config: QuartzConfig = {
  configuration: {
    pageTitle: "Bees",
    locale: "en-US",
    baseUrl: "bees.example/garden",
    ignorePatterns: ["private", "templates", ".obsidian"],
  },
}

export default config
