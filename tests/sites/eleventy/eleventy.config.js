import { I18nPlugin } from "@11ty/eleventy";

export default async function (eleventyConfig) {
	eleventyConfig.addPlugin(I18nPlugin, { defaultLanguage: "en" });
	eleventyConfig.addFilter("head", (array, n) => {
		return { items: array.slice(0, n) };
	});
	eleventyConfig.addPreprocessor("drafts", "*", (data) => {
		if (data.draft) {
			return false;
		}
	});
}

export const config = {
	templateFormats: ["md", "njk", "html"],
	markdownTemplateEngine: "njk",
	dir: {
		input: "content", // default: "."
		includes: "../_includes",
		data: "../_data",
		output: "_site",
	},
	pathPrefix: "/news/",
};
