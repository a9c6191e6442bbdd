"""Reading a message: noise out, words, sentences and one encoding that every component shares."""
