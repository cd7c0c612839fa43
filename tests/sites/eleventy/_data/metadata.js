export default {
	title: "The Wend Herald",
	url: "https://herald.test/",
	language: "en",
};
