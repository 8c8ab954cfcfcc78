"""Starting and stopping the product: embedded servers, supervised processes, and connecting to them."""
