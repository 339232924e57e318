"""All code that imports Streamlit: parts that all pages share, and parts of single pages.

Pages import modules of `lib.ui` directly. Importing all modules would delay the first page.

From a slider to the charts:

1. Each page first calls `frame.frame`. There `address.begin` reads the URL into the session's
   experiment, unless the session itself wrote this URL.
2. `settings.controls` sets each widget to the experiment's value. A widget's callback changes the
   experiment (`address.change`) before the page runs again.
3. `settings.settled_experiment` limits the experiment to values that the data allow. The charts
   show the limited experiment. `address.finish` writes the values that the user chose to the URL.
4. `shown.load_data` makes the dataset. `shown.shown_run` returns the results to show: of the
   session's run, a saved run, a recorded run or the untrained model.
5. `explore.run_cards.draw` draws the cards, in a `fragment.following_fragment` that polls for new
   results while a run trains.

`session` stores a session's values between script runs. `runs` calls the training client, which
`lib.training` describes. `widgets` contains the app's own elements.
"""
