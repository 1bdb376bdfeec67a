"""Policy files of the district: loaded, checked, put in force."""
