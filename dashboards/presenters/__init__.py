"""One module per page: from a viewer and a selection to what the page shows. No Dash, so no browser to test it."""
