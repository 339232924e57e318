"""All that imports streamlit: what every page shares, and the parts of single pages.

Pages import its modules directly: an `__init__` of them all would delay the first page.

From a slider to the charts:

1. `frame.frame`, each page's first call: `address.begin` reads the URL into the session's
   experiment, if the URL isn't the one that the session wrote last.
2. `settings.controls` sets each widget to the experiment's value. A widget's callback changes the
   experiment (`address.change`) before the page runs again.
3. `settings.settled_experiment` returns the experiment within what the data allow, which the charts
   show. `address.finish` writes the person's own choice to the URL.
4. `shown.load_data` makes the dataset; `shown.shown_run` finds what to show of it: a run, one from
   a file or a recording, or the untrained model.
5. `explore.run_cards.draw` draws the cards, in a `fragment.following_fragment` that looks for new
   figures while a run trains.

`session` holds what is remembered, `runs` calls the training client (`lib.training` tells what
happens there), `widgets` has the app's own elements.
"""
