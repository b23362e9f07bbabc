"""The engines that need no download: pocketsphinx hears, espeak-ng speaks. MODEL_CARD.md says how well."""
