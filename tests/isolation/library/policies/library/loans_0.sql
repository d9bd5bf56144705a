-- Who may do what with library.loans_0: nobody by its own name, only through library.loans.

call authz.reset_policies('library.loans_0');
